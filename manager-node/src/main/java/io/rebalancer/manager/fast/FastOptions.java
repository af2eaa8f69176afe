package io.rebalancer.manager.fast;

import java.time.Duration;

/**
 * How to treat a Fast server.
 *
 * @param version version of our frames; the server answers in the same
 * @param maxPayloadBytes largest payload taken from the server
 * @param connections most connections at a time, at least 1
 * @param maxCalls calls in flight on one connection; more fail at once
 * @param callTimeout longest wait for the end of an answer
 * @param pingInterval how long a connection may be silent before it is asked whether it lives
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

    /** The same with another number of connections. */
    public FastOptions withConnections(int most) {
        return new FastOptions(version, maxPayloadBytes, most, maxCalls, callTimeout, pingInterval);
    }
}
