"""Why a run ends before its list does, in the words that the store keeps and alerts go by."""

LAST_SECONDS = 20.0  # for what was begun when a process is to end; service managers kill after 30
STOPPED_BY_SIGNAL = "stopped by a signal"
KILLED = "it was killed"
KILLED_AT_ITS_END = "it was killed as it ended; what it did is all kept"
INTERRUPTED = (STOPPED_BY_SIGNAL, KILLED)  # nothing was wrong with the run itself
SCREENS_UNLIKE_SELECTORS = "the portal's screens are not as the selector file says"
SCREENS_CHANGED = "the portal's screens have changed"
READ_ONLY = "the portal is only read in this run"  # before what is not as recorded
FAULTS_IN_A_ROW = "faults in a row"  # after their number
OF_THE_LAST = "of the last claims failed"  # after their number
OPENED_CIRCUIT = (FAULTS_IN_A_ROW, OF_THE_LAST)  # how a stop reason then ends
LOG_NOT_WRITTEN = "the audit log cannot be written"
