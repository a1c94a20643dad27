"""The command line: one file a noun; heavy imports wait inside the commands."""


def main() -> None:
    """The command line (`bots.cli.main`)."""
    from bots.cli.main import main as run_main

    run_main()


__all__ = ["main"]
