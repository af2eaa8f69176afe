package io.rebalancer.core.evacuate;

/** Where a job is in its life; {@link JobTransition} has the steps between the phases. Stored by name. */
public enum JobPhase {
    /** There is no such job. */
    NONE(false),
    /** The job is created and has scanned nothing. */
    SETUP(false),
    /** A pass is scanning, or its assignments have not ended. */
    RUNNING(false),
    /** The last pass left records on the node; the next pass begins after a delay. */
    WAITING(false),
    /** A pass found no record that names the leaving node. */
    DONE(true),
    /** Further passes would not help; the exceptions of the last pass are listed. */
    DONE_WITH_EXCEPTIONS(true),
    /** The job could not continue; its reason is recorded. */
    FAILED(true);

    private final boolean terminal;

    JobPhase(boolean terminal) {
        this.terminal = terminal;
    }

    /** Whether no phase follows. */
    public boolean terminal() {
        return terminal;
    }

    JobPhase after(JobEvent event) {
        if (event instanceof JobEvent.JobCreated) {
            return SETUP;
        }
        if (event instanceof JobEvent.PassStarted) {
            return RUNNING;
        }
        if (event instanceof JobEvent.PassFinished) {
            return WAITING;
        }
        return event instanceof JobEvent.JobEnded e ? e.phase() : this;
    }
}
