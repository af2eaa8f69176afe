package io.rebalancer.manager.fast;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Calls a Fast server over one connection, which is made when needed and made anew after it was lost. Calls are never
 * repeated here: the caller knows which may be.
 */
public final class FastClient implements AutoCloseable {
    private final ActorSystem<?> system;
    private final FastOptions options;
    private Optional<FastConnection> connection = Optional.empty();

    /** Does no I/O yet. */
    public FastClient(ActorSystem<?> system, FastOptions options) {
        this.system = system;
        this.options = options;
    }

    /**
     * Calls {@code method}.
     *
     * @return the values of all DATA frames and of the END frame, in order; fails with {@link FastCallFailed} when the
     *     server refused, and with {@link FastUnavailable} when it did not answer
     */
    public CompletionStage<List<JsonNode>> call(String method, List<? extends JsonNode> arguments) {
        return current().call(method, arguments);
    }

    private synchronized FastConnection current() {
        FastConnection open =
                connection.filter(FastConnection::isOpen).orElseGet(() -> new FastConnection(system, options));
        connection = Optional.of(open);
        return open;
    }

    @Override
    public synchronized void close() {
        connection.ifPresent(FastConnection::close);
    }
}
