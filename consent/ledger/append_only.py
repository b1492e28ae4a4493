"""Tables whose rows are only ever added: a base for models that refuse to be changed or removed through the ORM."""

from typing import Any, NoReturn

from django.db import models


class RowsAreOnlyAdded(TypeError):
    """Somebody tried to change or remove a row of a table that only grows."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Reads as usual; every way of changing rows in bulk is refused."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RowsAreOnlyAdded(f"{self.model.__name__} rows are only added, never changed or removed.")

    update = _refuse
    delete = _refuse
    bulk_update = _refuse
    bulk_create = _refuse
    update_or_create = _refuse
    _raw_delete = _refuse
    _update = _refuse


class AppendOnly(models.Model):
    """A model that can be saved once and never again."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise RowsAreOnlyAdded(f"{type(self).__name__} rows are only added, never changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RowsAreOnlyAdded(f"{type(self).__name__} rows are only added, never removed.")
