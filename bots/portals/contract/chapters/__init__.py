"""The chapters of the contract; every module here is one, and nothing else lists them."""
