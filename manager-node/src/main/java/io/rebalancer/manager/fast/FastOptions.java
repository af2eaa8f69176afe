package io.rebalancer.manager.fast;

import java.time.Duration;

/**
 * How to reach and treat a Fast server.
 *
 * @param version version of our frames; the server answers in the same
 * @param maxPayloadBytes largest payload taken from the server
 * @param maxCalls calls in flight on the connection; more fail at once
 * @param callTimeout longest wait for the end of an answer
 */
public record FastOptions(
        String host, int port, FastVersion version, int maxPayloadBytes, int maxCalls, Duration callTimeout) {
    private static final int MAX_PAYLOAD_BYTES = 128 << 20;
    private static final int MAX_CALLS = 512;

    /** Version 2 and limits that suit a metadata shard. */
    public static FastOptions of(String host, int port, Duration callTimeout) {
        return new FastOptions(host, port, FastVersion.V2, MAX_PAYLOAD_BYTES, MAX_CALLS, callTimeout);
    }
}
