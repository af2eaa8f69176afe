package io.rebalancer.manager.fast;

import java.time.Duration;

/**
 * Limits and deadlines of a client of a Fast server.
 *
 * @param version version of the request frames; the server answers with the same version
 * @param maxPayloadBytes largest payload accepted from the server
 * @param connections connections at a time, at most, at least 1
 * @param maxCalls calls in flight on one connection, at most, at least 1; further calls fail immediately
 * @param callTimeout deadline for the END frame of an answer
 * @param pingInterval how long a connection may be silent before it is pinged
 */
public record FastOptions(
        FastVersion version,
        int maxPayloadBytes,
        int connections,
        int maxCalls,
        Duration callTimeout,
        Duration pingInterval) {
    private static final int MAX_PAYLOAD_BYTES = 128 << 20;
    private static final int CONNECTIONS = 2;
    private static final int MAX_CALLS = 512;
    private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    public FastOptions {
        if (connections < 1 || maxCalls < 1) {
            throw new IllegalArgumentException("a client needs at least one connection and one call");
        }
    }

    /** Version 2 and limits that suit a metadata shard. */
    public static FastOptions of(Duration callTimeout) {
        return new FastOptions(FastVersion.V2, MAX_PAYLOAD_BYTES, CONNECTIONS, MAX_CALLS, callTimeout, PING_INTERVAL);
    }

    /** A copy with another number of connections. */
    public FastOptions withConnections(int maxConnections) {
        return new FastOptions(version, maxPayloadBytes, maxConnections, maxCalls, callTimeout, pingInterval);
    }
}
