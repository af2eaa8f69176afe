package io.rebalancer.core.evacuate;

import java.util.List;
import java.util.function.Function;

/** What a rule made of a command: events to store (perhaps none), or a refusal. */
public sealed interface Decision {

    /** Carried out by storing {@code events}; none when the command was a repetition. */
    record Accepted(List<JobEvent> events) implements Decision {
        public Accepted {
            events = List.copyOf(events);
        }
    }

    /** Not possible now; nothing changes. */
    record Refused(Code code, String detail) implements Decision {}

    /** Why a command was refused. Stable; part of the HTTP contract. */
    enum Code {
        JOB_NOT_FOUND,
        JOB_ALREADY_EXISTS,
        JOB_NOT_RUNNING,
        ASSIGNMENT_IN_FLIGHT,
        BAD_REQUEST
    }

    static Decision accept(JobEvent... events) {
        return new Accepted(List.of(events));
    }

    static Decision refuse(Code code, String detail) {
        return new Refused(code, detail);
    }

    /** The one place that tells the two cases apart. */
    default <R> R fold(Function<List<JobEvent>, R> accepted, Function<Refused, R> refused) {
        if (this instanceof Accepted a) {
            return accepted.apply(a.events());
        }
        return refused.apply((Refused) this);
    }
}
