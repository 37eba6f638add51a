"""Publishers' and users' files into the tables of the store, each row kept or set aside."""

from umweg.sources.flow_table import OriginInfo, import_flows
from umweg.sources.importing import import_files

__all__ = ["OriginInfo", "import_files", "import_flows"]
