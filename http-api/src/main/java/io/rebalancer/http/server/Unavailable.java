package io.rebalancer.http.server;

import io.rebalancer.core.port.TierUnavailable;

/** What may be told to a client about a failure inside. */
public final class Unavailable {

    private Unavailable() {}

    /** One line, without anything of the inside but which neighbour did not answer. */
    public static String detail(Throwable cause) {
        return cause instanceof TierUnavailable
                ? String.valueOf(cause.getMessage()).replaceAll("\\s+", " ")
                : "a job or the registry of jobs did not answer in time";
    }
}
