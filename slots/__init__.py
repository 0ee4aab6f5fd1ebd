"""Data slots: from columns to numbers that add up. What is exported here is what plug-ins and the cockpit may use."""

from slots.archiver import Archiver
from slots.bounds import Bounds
from slots.dry_run import DryRun, as_batch, dry_run
from slots.entities import Entities
from slots.fold import Anew, Fold, Folded
from slots.history import History, HistoryError, HistoryLost
from slots.history_patient import PatientHistory
from slots.ledger import Commit, Health, Ledger, LedgerError, LedgerLost, OffsetConflict, PageKey, SlotState
from slots.ledger_memory import MemoryLedger
from slots.letters import Aside, Outcome, Replay
from slots.pipeline import Pipeline, SetAside, folds_by_topic
from slots.places import Places
from slots.problem import DocumentError, Problem, nearest, problems_of
from slots.reading import Freshness, Question, QuestionError, Reading, Status
from slots.readings import Readings
from slots.recompute import Recompute
from slots.records import Records
from slots.renewal import renewals
from slots.retention import Retention
from slots.slot import Indicator, Measure, Model, Slot, Titles, parse_slot, seconds
from slots.workers import Workers

__all__ = [
    "Anew", "Archiver", "Aside", "Bounds", "Commit", "DocumentError", "DryRun", "Entities", "Fold", "Folded", "Freshness",
    "Health", "History", "HistoryError", "HistoryLost", "Indicator", "Ledger", "LedgerError", "LedgerLost", "Measure",
    "MemoryLedger", "Model", "OffsetConflict", "Outcome", "PageKey", "PatientHistory", "Pipeline", "Places", "Problem",
    "Question", "QuestionError", "Reading", "Readings", "Recompute", "Records", "Replay", "Retention", "SetAside", "Slot",
    "SlotState", "Status", "Titles", "Workers", "as_batch", "dry_run", "folds_by_topic", "nearest", "parse_slot", "problems_of",
    "renewals", "seconds",
]  # fmt: skip
