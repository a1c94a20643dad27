"""Who may do what in the practice clinic: a group for the bot, and the two users."""

from __future__ import annotations

from typing import Any

from gnuhealth.users import BOT, USERS
from proteus import Model

# What a biller looks at; r: read, w: write. Where GNU Health names nobody, everybody may
# write: those models stand here too.
_BOT_RIGHTS = {
    "gnuhealth.health_service": "rw",
    "gnuhealth.health_service.line": "rw",
    "gnuhealth.patient": "r",
    "gnuhealth.patient.disease": "r",
    "gnuhealth.patient.evaluation": "r",
    "gnuhealth.secondary_condition": "r",
    "gnuhealth.insurance": "r",
    "gnuhealth.insurance.plan": "r",
    "gnuhealth.insurance.plan.product.policy": "r",
    "gnuhealth.institution": "r",
    "gnuhealth.hp_specialty": "r",
    "gnuhealth.person_name": "r",
    "gnuhealth.death_certificate": "r",
    "party.party": "r",
    "party.address": "r",
    "account.invoice": "r",
    "account.invoice.line": "r",
}
_BOT_MENUS = ("gnuhealth_menu", "gnuhealth_patients_menu", "gnuhealth_services_menu")


def let_in(company: Any) -> None:
    """Enter the group and the users that are not there yet."""
    group = Model.get("res.group")(name=BOT.group)
    group.save()
    for model, rights in _BOT_RIGHTS.items():
        access = Model.get("ir.model.access")(model=_model(model), group=group)
        access.perm_read, access.perm_write = "r" in rights, "w" in rights
        access.perm_create = access.perm_delete = False
        access.save()
    for name in _BOT_MENUS:
        (known,) = Model.get("ir.model.data").find(
            [("model", "=", "ir.ui.menu"), ("fs_id", "=", name)]
        )
        menu = Model.get("ir.ui.menu")(known.db_id)
        menu.groups.append(Model.get("res.group")(group.id))
        menu.save()
    # Taking an invoiced service back is a person's decision.
    (button,) = Model.get("ir.model.button").find([("name", "=", "button_set_to_draft")])
    button.groups.append(_group("Health Back Office"))
    button.save()
    for user in USERS.values():
        if user.group:
            record = Model.get("res.user")(name=user.name, login=user.login)
            record.password = user.password
            record.companies.append(Model.get("company.company")(company.id))
            record.company = company
            record.groups.append(_group(user.group))
            record.save()


def _group(name: str) -> Any:
    (found,) = Model.get("res.group").find([("name", "=", name)])
    return found


def _model(name: str) -> Any:
    (found,) = Model.get("ir.model").find([("model", "=", name)])
    return found
