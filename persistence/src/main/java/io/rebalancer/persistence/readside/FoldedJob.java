package io.rebalancer.persistence.readside;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import org.apache.pekko.persistence.query.EventEnvelope;

/**
 * A job's state, folded from its events.
 *
 * @param revision the number of the last event that the state includes, 0 for none
 */
public record FoldedJob(long revision, JobState state) {
    /** A job before its first event. */
    public static final FoldedJob EMPTY = new FoldedJob(0, JobState.EMPTY);

    /** Events of a job are missing, so its state can't be folded. */
    public static final class MissingEvents extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private MissingEvents(long revision, EventEnvelope found) {
            super("event " + (revision + 1) + " of " + found.persistenceId()
                    + " is missing in the journal: the next one is " + found.sequenceNr()
                    + (revision == 0
                            ? "; the earlier ones were deleted after the tables had stored the state that they lead to,"
                                    + " and that state is lost or can't be read by this build; restore the tables from a"
                                    + " backup; the job itself is not affected"
                            : ""));
        }
    }

    /** Whether no event follows: the job has ended, and all agents have acknowledged the end of their assignments. */
    public boolean isEnded() {
        return state.phase().terminal() && !state.isActive();
    }

    /**
     * The job after its next event.
     *
     * @throws MissingEvents if {@code envelope} is not the next event
     */
    public FoldedJob after(EventEnvelope envelope) {
        if (envelope.sequenceNr() != revision + 1) {
            throw new MissingEvents(revision, envelope);
        }
        return new FoldedJob(envelope.sequenceNr(), state.apply((JobEvent) envelope.event()));
    }
}
