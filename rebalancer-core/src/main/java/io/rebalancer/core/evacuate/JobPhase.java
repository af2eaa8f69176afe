package io.rebalancer.core.evacuate;

/** Where a job is in its life; {@link JobTransition} has the steps between the phases. Stored by name. */
public enum JobPhase {
    /** There is no such job. */
    NONE(false),
    /** The job is created and has scanned nothing. */
    SETUP(false),
    /** A pass is scanning, or its assignments have not ended. */
    RUNNING(false),
    /** A pass is running, and nothing has come of it for longer than the settings allow. It runs all the same. */
    STALLED(false),
    /** The last pass left records on the node; the next pass begins after a delay. */
    WAITING(false),
    /** The last pass left no record; all shards are read once more, from the start, to prove that. */
    VERIFYING(false),
    /** The job can't continue. Verified copies are still committed; all other assignments are released. */
    FAILING(false),
    /** An operator cancels the job. As FAILING; the job also waits until every agent has acknowledged its releases. */
    CANCELLING(false),
    /** An operator pauses the job. Every agent at work is asked to write nothing more, and so are the commits. */
    PAUSING(false),
    /** Nothing is written for the job until an operator resumes it: every agent that was at work has confirmed that. */
    PAUSED(false),
    /** The window in which the job may work has closed. As PAUSING, without an operator's order. */
    CLOSING_WINDOW(false),
    /** Nothing is written for the job until a window opens: every agent that was at work has confirmed that. */
    WAITING_WINDOW(false),
    /** A verification found no record that names the leaving node. */
    DONE(true),
    /** Further passes would not help, or records are excluded; the exceptions of the last pass are listed. */
    DONE_WITH_EXCEPTIONS(true),
    /** The job took on as many records as its order allows. The others are not counted. */
    LIMIT_REACHED(true),
    /** The job could not continue; its reason is recorded. */
    FAILED(true),
    /** An operator cancelled the job, and every agent has acknowledged that nothing is written for it any more. */
    CANCELLED(true);

    private final boolean terminal;

    JobPhase(boolean terminal) {
        this.terminal = terminal;
    }

    /** Whether no phase follows. */
    public boolean terminal() {
        return terminal;
    }

    /** Whether a pass plans and commits. */
    public boolean runsPass() {
        return this == RUNNING || this == STALLED;
    }

    /** Whether everything that is written for the job is being stopped, so that it can stand still. */
    public boolean stopsWrites() {
        return this == PAUSING || this == CLOSING_WINDOW;
    }

    /** Whether nothing is written for the job until an operator, or a window, lets it continue. */
    public boolean isHeld() {
        return this == PAUSED || this == WAITING_WINDOW;
    }

    JobPhase after(JobEvent event) {
        if (event instanceof JobEvent.JobCreated) {
            return SETUP;
        }
        if (event instanceof JobEvent.PassStarted) {
            return RUNNING;
        }
        if (event instanceof JobEvent.PassFinished || event instanceof JobEvent.VerificationFinished) {
            return WAITING;
        }
        if (event instanceof JobEvent.VerificationStarted) {
            return VERIFYING;
        }
        if (event instanceof JobEvent.JobFailing) {
            return FAILING;
        }
        if (event instanceof JobEvent.JobCancelling) {
            return CANCELLING;
        }
        if (event instanceof JobEvent.JobPausing) {
            return PAUSING;
        }
        if (event instanceof JobEvent.JobPaused) {
            return PAUSED;
        }
        if (event instanceof JobEvent.JobResumed e) {
            return e.phase();
        }
        return event instanceof JobEvent.JobEnded e ? e.phase() : afterOwnTime(event);
    }

    /** What no operator orders: windows, and a job that stalls. */
    private JobPhase afterOwnTime(JobEvent event) {
        if (event instanceof JobEvent.WindowClosing) {
            return CLOSING_WINDOW;
        }
        if (event instanceof JobEvent.WindowClosed) {
            return WAITING_WINDOW;
        }
        if (event instanceof JobEvent.WindowOpened e) {
            return e.phase();
        }
        if (event instanceof JobEvent.JobStalled) {
            return STALLED;
        }
        return event instanceof JobEvent.JobProgressed ? RUNNING : this;
    }
}
