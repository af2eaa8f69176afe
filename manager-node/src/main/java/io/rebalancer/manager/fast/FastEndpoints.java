package io.rebalancer.manager.fast;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where the processes of one Fast service listen. */
@FunctionalInterface
public interface FastEndpoints {

    /** One process. */
    record Endpoint(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * An endpoint for the next connection.
     *
     * @param avoid the endpoint that has just failed, which is taken only if there is no other
     * @return fails with {@link FastUnavailable} if none is known
     */
    CompletionStage<Endpoint> pick(Optional<Endpoint> avoid);

    /** Always the same. */
    static FastEndpoints fixed(String host, int port) {
        Endpoint endpoint = new Endpoint(host, port);
        return avoid -> CompletableFuture.completedFuture(endpoint);
    }
}
