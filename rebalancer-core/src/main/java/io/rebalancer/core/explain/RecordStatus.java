package io.rebalancer.core.explain;

/** What a job has to do with a metadata record now. Part of the HTTP API. */
public enum RecordStatus {
    /** The record does not name the leaving node: the job moved it, a user replaced it, or it never did. */
    NOT_ON_NODE,
    /** A copy of the object is ordered, in progress, or waits for its commit. */
    IN_FLIGHT,
    /** An attempt failed, and the job will try again. */
    WAITS_FOR_PASS,
    /** An attempt failed, and this job will not try again. */
    EXCEPTION,
    /** The settings exclude the key of the record from jobs. */
    EXCLUDED,
    /** The row can't be read as the record of an object. */
    UNREADABLE,
    /** The record names the leaving node, and the job has not met it: its scan comes to it, or the job has ended before. */
    NOT_REACHED
}
