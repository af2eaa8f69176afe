package io.rebalancer.core.certificate;

/**
 * Why there is no certificate.
 *
 * @param detail what is missing, where, and what to do; one line
 */
public record CertificateRefusal(Code code, String detail) {

    /** The reasons as stable words. */
    public enum Code {
        /** The node is in service, or no verification proved that it is empty, or it is recorded as removed. */
        NODE_NOT_DRAINED,
        /** The job that fenced the node last is not known, is not about the node, or is not DONE. */
        JOB_NOT_DONE,
        /** The evidence of the last verification is not stored any more, or does not match the state of the job. */
        EVIDENCE_MISSING,
        /** A shard of the metadata tier was not read. */
        SHARD_NOT_VERIFIED,
        /** Users inserted rows in a shard as fast as it was read. */
        SHARD_INCOMPLETE,
        /** Rows of the node were found. */
        RECORDS_LEFT,
        /** The manager can't sign. */
        SIGNING_KEY_UNUSABLE
    }
}
