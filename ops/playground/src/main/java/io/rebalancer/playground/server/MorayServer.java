package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.manager.fast.ExactJson;
import io.rebalancer.manager.fast.FastFrame;
import io.rebalancer.manager.fast.FastFrames;
import io.rebalancer.manager.fast.FastMessage;
import io.rebalancer.manager.fast.FastStatus;
import io.rebalancer.playground.moray.MorayTable;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * One Moray shard over Fast (manta.md sections 7.1 to 7.9). It replies in the protocol version of the request, handles
 * several calls of a connection concurrently, and closes a connection that violates the protocol.
 */
public final class MorayServer {
    private static final int MAX_CONCURRENT_CALLS = 16;
    private static final int MAX_PAYLOAD_BYTES = 128 << 20;

    private final Tcp.ServerBinding binding;
    private final SharedKillSwitch connections;

    private MorayServer(Tcp.ServerBinding binding, SharedKillSwitch connections) {
        this.binding = binding;
        this.connections = connections;
    }

    /** Receives every successful call that can change records. Failed calls are not reported. */
    @FunctionalInterface
    public interface WriteListener {
        void onWrite(InetSocketAddress client);
    }

    /** @param port port to listen on, or 0 for a free port */
    public static CompletionStage<MorayServer> start(ActorSystem<?> system, MorayTable table, String host, int port) {
        return start(system, table, host, port, client -> {});
    }

    /** Starts a shard that reports writes to {@code listener}. */
    public static CompletionStage<MorayServer> start(
            ActorSystem<?> system, MorayTable table, String host, int port, WriteListener listener) {
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.disk-dispatcher"));
        MorayCalls calls = new MorayCalls(table);
        SharedKillSwitch connections = KillSwitches.shared("moray");
        return Tcp.get(system)
                .bind(host, port)
                .toMat(
                        Sink.foreach(connection -> connection.handleWith(
                                new Connection(calls, disk, () -> listener.onWrite(connection.remoteAddress()))
                                        .flow()
                                        .via(connections.flow()),
                                system)),
                        Keep.left())
                .run(system)
                .thenApply(binding -> new MorayServer(binding, connections));
    }

    /** The port that the shard listens on. */
    public int port() {
        return binding.localAddress().getPort();
    }

    /** Stops accepting connections. */
    public CompletionStage<?> stop() {
        return binding.unbind();
    }

    /** Stops accepting connections, and closes all open connections. */
    public CompletionStage<?> shutDown() {
        connections.shutdown();
        return binding.unbind();
    }

    /** One client connection with its calls in progress. */
    private static final class Connection {
        private final MorayCalls calls;
        private final Executor disk;
        private final Runnable onWrite;
        private final Set<Integer> inProgress = ConcurrentHashMap.newKeySet();

        Connection(MorayCalls calls, Executor disk, Runnable onWrite) {
            this.calls = calls;
            this.disk = disk;
            this.onWrite = onWrite;
        }

        Flow<ByteString, ByteString, NotUsed> flow() {
            return Flow.<ByteString>create()
                    .via(FastFrames.decoder(MAX_PAYLOAD_BYTES))
                    .filter(frame -> frame.status() != FastStatus.ERROR)
                    .map(this::begin)
                    .mapAsyncUnordered(
                            MAX_CONCURRENT_CALLS, frame -> CompletableFuture.supplyAsync(() -> reply(frame), disk))
                    .mapConcat(frames -> frames);
        }

        private FastMessage begin(FastMessage frame) {
            if (frame.status() == FastStatus.END || !inProgress.add(frame.messageId())) {
                throw new IllegalStateException(
                        "protocol violation: END from a client, or message id " + frame.messageId() + " used twice");
            }
            return frame;
        }

        private List<ByteString> reply(FastMessage request) {
            try {
                String method = request.method();
                return MorayCalls.knows(method)
                        ? reply(request, method, request.data())
                        : List.of(unknownMethod(request, method));
            } finally {
                inProgress.remove(request.messageId());
            }
        }

        private List<ByteString> reply(FastMessage request, String method, JsonNode arguments) {
            List<ByteString> frames = new ArrayList<>();
            try {
                List<JsonNode> values = calls.call(method, arguments);
                if (MorayCalls.isWrite(method)) {
                    onWrite.run();
                }
                for (JsonNode value : values) {
                    frames.add(frame(
                            request,
                            FastStatus.DATA,
                            method,
                            JsonNodeFactory.instance.arrayNode().add(value)));
                }
                frames.add(frame(request, FastStatus.END, method, JsonNodeFactory.instance.arrayNode()));
                return frames;
            } catch (SQLException | RpcFailure | RuntimeException e) {
                return List.of(frame(
                        request, FastStatus.ERROR, method, RpcFailure.of(e).toJson()));
            }
        }

        private static ByteString unknownMethod(FastMessage request, String method) {
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.put("name", "FastError").put("message", "unsupported RPC method: \"" + method + "\"");
            error.putObject("context");
            error.putObject("info")
                    .put("fastReason", "bad_method")
                    .put("rpcMethod", method)
                    .put("rpcMsgid", request.messageId());
            return frame(request, FastStatus.ERROR, method, error);
        }

        private static ByteString frame(FastMessage request, FastStatus status, String method, JsonNode data) {
            ObjectNode payload = JsonNodeFactory.instance.objectNode();
            payload.putObject("m").put("uts", System.currentTimeMillis() * 1000).put("name", method);
            payload.set("d", data);
            return ByteString.fromArrayUnsafe(
                    FastFrame.encode(request.version(), status, request.messageId(), ExactJson.bytes(payload)));
        }
    }
}
