"""A model that specs bring along: a Hugging Face config.json beside them."""

from typing import Annotated

from pydantic import PrivateAttr, computed_field

from tonnage.spec.base import SpecModel
from tonnage.spec.values import Text

FilePath = Annotated[
    str, Text("a path inside the repository", "models/own/config.json", r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*$", 512)
]


class LocalModel(SpecModel):
    """A model by its own Hugging Face config.json."""

    config: FilePath
    """Path of the file, relative to the folder of the specs."""
    _meaning: str = PrivateAttr("")

    @computed_field  # type: ignore[prop-decorator]  # the checker allows no decorator above property
    @property
    def meaning(self) -> str:
        """Digest of what the file says; empty as long as it is not read."""
        return self._meaning

    @property
    def key(self) -> str:
        """Its name in a run's catalogue, which no shipped model and no user's row can have."""
        return f"config:{self.config}"

    def that_means(self, meaning: str) -> "LocalModel":
        """The same model, read."""
        read = self.model_copy()
        read._meaning = meaning  # noqa: SLF001 of the same class
        return read


def catalog_key(model: str | LocalModel | None) -> str | None:
    """Under which name the catalogue of a run holds a workload's model; None: it has none."""
    return model.key if isinstance(model, LocalModel) else model
