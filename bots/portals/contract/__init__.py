"""What every portal module must do before the bots may work in it, as tests that anybody can run.

Each file of `chapters` is a part of the contract, each item a plain function. `plugin` runs them
as tests at a portal of your own, `running` without pytest; docs/contract.md says what each item
demands. The contract writes the product's way only, through `bots.hands`.
"""
