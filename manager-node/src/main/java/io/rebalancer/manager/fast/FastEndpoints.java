package io.rebalancer.manager.fast;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The addresses of the processes of one Fast service. */
@FunctionalInterface
public interface FastEndpoints {

    /** The address of one process. */
    record Endpoint(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * An endpoint for the next connection.
     *
     * @param avoid the endpoint that failed last; it is picked only if there is no other
     * @return fails with {@link FastUnavailable} if no endpoint is known
     */
    CompletionStage<Endpoint> pick(Optional<Endpoint> avoid);

    /** Always picks the same endpoint. */
    static FastEndpoints fixed(String host, int port) {
        Endpoint endpoint = new Endpoint(host, port);
        return avoid -> CompletableFuture.completedFuture(endpoint);
    }
}
