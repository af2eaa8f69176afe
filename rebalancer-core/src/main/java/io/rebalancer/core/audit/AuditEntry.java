package io.rebalancer.core.audit;

import java.time.Instant;

/**
 * An entry of the audit log. It is never changed or removed.
 *
 * @param number from 1, without gaps
 * @param at when the entry was appended
 * @param previousHash the hash of the entry before, or that of {@link AuditHead#START}
 * @param hash SHA-256 of the canonical text of all other members, see {@link AuditChain}
 */
public record AuditEntry(long number, Instant at, AuditFact fact, String previousHash, String hash) {

    /** The log up to this entry. */
    public AuditHead head() {
        return new AuditHead(number, hash);
    }
}
