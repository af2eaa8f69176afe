package io.rebalancer.core.evacuate;

/** Where a job is in its life. */
public enum JobPhase {
    /** No such job. */
    NONE(false),
    /** Created; no scan has begun. */
    SETUP(false),
    /** A scan pass is going on, or its assignments are. */
    RUNNING(false),
    /** A pass left objects behind; the next one begins after a pause. */
    WAITING(false),
    /** A pass found nothing that still names the leaving node. */
    DONE(true),
    /** Nothing more can be done; the exceptions of the last pass are listed. */
    DONE_WITH_EXCEPTIONS(true),
    /** The job could not go on; its reason is recorded. */
    FAILED(true);

    private final boolean terminal;

    JobPhase(boolean terminal) {
        this.terminal = terminal;
    }

    /** Whether nothing follows. */
    public boolean terminal() {
        return terminal;
    }
}
