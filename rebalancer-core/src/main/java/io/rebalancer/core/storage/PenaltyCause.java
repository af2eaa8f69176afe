package io.rebalancer.core.storage;

import io.rebalancer.core.assignment.Reason;
import java.time.Duration;

/** Why a destination is penalised. The first penalty has the shortest time; each further one doubles it. */
public enum PenaltyCause {
    /** The agent was busy for too long. */
    BUSY(Duration.ofSeconds(10), Duration.ofMinutes(2)),
    /** The agent has less space than storinfo reports. */
    INSUFFICIENT_SPACE(Duration.ofSeconds(30), Duration.ofMinutes(10)),
    /** The agent was lost with an assignment. */
    UNREACHABLE(Duration.ofSeconds(30), Duration.ofMinutes(10)),
    /** The agent refused an assignment. */
    REFUSED(Duration.ofSeconds(30), Duration.ofMinutes(30)),
    /** Every copy of an assignment failed. */
    COPIES_FAILED(Duration.ofSeconds(30), Duration.ofMinutes(30));

    private static final int MAX_DOUBLINGS = 16;

    private final Duration shortest;
    private final Duration longest;

    PenaltyCause(Duration shortest, Duration longest) {
        this.shortest = shortest;
        this.longest = longest;
    }

    /** The cause that fits the reason for which an assignment was given up. */
    static PenaltyCause of(Reason reason) {
        return switch (reason) {
            case AGENT_BUSY -> BUSY;
            case DESTINATION_INSUFFICIENT_SPACE -> INSUFFICIENT_SPACE;
            case DESTINATION_UNREACHABLE, AGENT_STALLED -> UNREACHABLE;
            default -> REFUSED;
        };
    }

    /** The longest time of a penalty for this cause. */
    public Duration longest() {
        return longest;
    }

    /** The time of the penalty number {@code strikes}, counted from 1. */
    Duration duration(int strikes) {
        Duration grown = shortest.multipliedBy(1L << Math.min(strikes - 1, MAX_DOUBLINGS));
        return grown.compareTo(longest) > 0 ? longest : grown;
    }
}
