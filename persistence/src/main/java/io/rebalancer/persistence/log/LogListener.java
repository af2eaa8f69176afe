package io.rebalancer.persistence.log;

/** Told what a log does, for measuring; called by the log's own threads, so it must neither block nor throw. */
public interface LogListener {
    /** Tells nobody. */
    LogListener NONE = new LogListener() {};

    /** A group was written and forced. */
    default void forced(int entries, long bytes, long nanos) {}

    /** An entry was acknowledged so long after it was submitted. */
    default void acknowledged(long nanos) {}

    /** An entry was not taken, or failed. */
    default void failed(LogException.Kind kind) {}

    /** Something about the log could not be done; no event is hurt, and it is tried again. */
    default void fault(String what, Throwable cause) {}

    /** A segment that nobody needs any more was deleted. */
    default void deleted(String segment, long bytes) {}

    /** A reader is further behind than it should be. */
    default void lagging(String cursor, long bytes) {}

    /** A reader's cursor was removed because it pinned too much or for too long. */
    default void evicted(String cursor, String why) {}
}
