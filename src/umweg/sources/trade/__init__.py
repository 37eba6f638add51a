"""Publishers of trade statistics: one file each."""

from umweg.sources.source import Source
from umweg.sources.trade.baci import SOURCE as BACI
from umweg.sources.trade.comext import SOURCE as COMEXT
from umweg.sources.trade.comtrade import SOURCE as COMTRADE

SOURCES: tuple[Source, ...] = (COMTRADE, COMEXT, BACI)
