package io.rebalancer.core.evacuate;

import java.util.List;
import java.util.function.Function;

/** The decision of a rule on a command: events to store, possibly none, or a refusal. */
public sealed interface Decision {

    /** The command is carried out by storing {@code events}. A repeated command has no events. */
    record Accepted(List<JobEvent> events) implements Decision {
        public Accepted {
            events = List.copyOf(events);
        }
    }

    /** The command is not possible now. Nothing changes. */
    record Refused(Code code, String detail) implements Decision {}

    /** Why a command was refused. The constants are part of the HTTP API. */
    enum Code {
        JOB_NOT_FOUND,
        JOB_ALREADY_EXISTS,
        JOB_NOT_RUNNING,
        ASSIGNMENT_IN_FLIGHT,
        RELEASES_PENDING,
        BAD_REQUEST
    }

    static Decision accept(JobEvent... events) {
        return new Accepted(List.of(events));
    }

    static Decision refuse(Code code, String detail) {
        return new Refused(code, detail);
    }

    /** Applies the function for the case at hand. */
    default <R> R fold(Function<List<JobEvent>, R> accepted, Function<Refused, R> refused) {
        if (this instanceof Accepted a) {
            return accepted.apply(a.events());
        }
        return refused.apply((Refused) this);
    }
}
