"""What is kept of a page that something went wrong on: enough to mend it, nothing of anybody."""

import pytest

from bots.portals.evidence import last_seen, remembering, taken

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = """
<style>* {{ font-family: monospace }}</style>
<h1>Claim of {who}</h1><table><tr><th scope="row">{who}</th></tr></table>
<form><label for="units">Units</label><input id="units" value="{who}">
<select><option>{who}</option></select><textarea>{who}</textarea>
<p style="background-image: url({drawn})">{who}</p>
<input placeholder="{who}"><svg><text y="20">{who}</text></svg>
<div role="alert">refused for {who}</div><button>{button}</button></form>
"""


DRAWN = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Ctext y='20'%3E{}"


async def shown(session, **words):
    words["drawn"] = DRAWN.format(words["who"])
    async with session.tab() as tab:
        await tab.page.set_content(PAGE.format(**({"button": "Save"} | words)))
        found = await taken(tab.page)
        tab.spoiled = True  # its content is none of the portal's
    return found


async def test_two_people_leave_the_same_picture_and_the_same_outline(session):
    ann, bob = [await shown(session, who=who) for who in ("Quimby, Ann", "Jagger, Bob")]

    assert ann.picture == bob.picture
    assert ann.outline == bob.outline
    assert "Quimby" not in ann.outline


async def test_what_a_developer_needs_is_there(session):
    saves = await shown(session, who="Ann")
    sends = await shown(session, who="Ann", button="Send")

    assert saves.picture.startswith(b"\x89PNG")
    assert saves.picture != sends.picture  # the words of the form can be read
    assert "label [for=units]" in saves.outline
    assert "input [id=units]" in saves.outline
    assert "div [role=alert]" in saves.outline


async def test_the_page_that_this_claim_was_last_at_is_the_one(session):
    with remembering():
        async with session.tab() as tab:
            await tab.go("/claims/", "the list")
            found = await last_seen()
    assert await last_seen() is None  # it was let go

    assert found.path.endswith("/claims/")
    assert "table" in found.outline


async def test_a_page_that_another_claim_took_meanwhile_is_none_of_this_one(session):
    with remembering():
        async with session.tab() as tab:
            await tab.go("/claims/", "the list")
        assert await last_seen() is not None  # it lies there as it was left

        async with session.tab() as again:
            assert again is tab
            assert await last_seen() is None


async def test_of_a_page_that_was_given_up_it_was_taken_before(session):
    with remembering():
        async with session.tab() as tab:
            await tab.go("/claims/", "the list")
            tab.spoiled = True

        assert tab.page.is_closed()
        assert (await last_seen()).path.endswith("/claims/")


async def test_a_page_that_is_gone_leaves_none(session):
    async with session.tab() as tab:
        tab.spoiled = True
        await tab.page.close()

        assert await taken(tab.page) is None
