package io.rebalancer.persistence.log;

/** Receives what happens in a log, for metrics. The log's own threads call it, so it must neither block nor throw. */
public interface LogListener {
    /** Ignores all calls. */
    LogListener NONE = new LogListener() {};

    /** A group was written and forced. */
    default void groupForced(int entries, long bytes, long nanos) {}

    /** A request was acknowledged {@code nanos} after it was submitted. */
    default void requestAcknowledged(long nanos) {}

    /** A request was rejected, or failed. */
    default void requestFailed(LogException.Kind kind) {}

    /** From now on events are rejected for this reason. */
    default void throttled(LogException reason) {}

    /** The reason of {@link #throttled} has passed. */
    default void throttleEnded(LogException reason) {}

    /** A maintenance step failed. No event is affected, and the step is retried. */
    default void maintenanceFailed(String message, Throwable cause) {}

    /** A segment that was no longer needed is deleted. */
    default void segmentDeleted(String segment, long bytes) {}

    /**
     * Segments were replaced by a smaller one.
     *
     * @param segment name of the segment that replaces the others
     * @param segments number of segments that it replaces
     * @param bytesBefore size of these segments
     * @param bytesAfter size of the segment that replaces them
     */
    default void segmentsCompacted(String segment, int segments, long bytesBefore, long bytesAfter) {}

    /** A reader is further behind than the alarm threshold. */
    default void cursorLagging(String cursor, long bytes) {}

    /** A cursor was removed because it pinned too many bytes, or pinned them for too long. */
    default void cursorEvicted(String cursor, String reason) {}
}
