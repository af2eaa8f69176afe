package io.rebalancer.core.audit;

/**
 * Who ordered an action, or made a decision.
 *
 * @param source how the order came, and from where, such as {@code http 127.0.0.1}; {@code rebalancer} for a decision of the
 *     system itself
 * @param user the name of the token that the order came with; empty if it came without one
 */
public record AuditActor(String source, String user) {
    /** The system itself, by its rules. */
    public static final AuditActor SYSTEM = new AuditActor("rebalancer", "");

    private static final int MAX_SOURCE = 128;

    /** A user of the HTTP API at this address, without a token. */
    public static AuditActor http(String address) {
        return http(address, "");
    }

    /** A user of the HTTP API at this address. */
    public static AuditActor http(String address, String user) {
        return new AuditActor(AuditText.bounded("http " + address, MAX_SOURCE), AuditText.bounded(user, MAX_SOURCE));
    }
}
