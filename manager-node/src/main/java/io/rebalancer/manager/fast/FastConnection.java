package io.rebalancer.manager.fast;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a Fast server, with many calls in flight (manta.md 7.4).
 *
 * <pre>
 * calls ─► encode ─► bounded queue ─► drop expired calls ─► TCP ─► decode ─► the call with this message id
 * </pre>
 *
 * A call that timed out keeps its message id reserved until the server answers it. A call that times out before it is
 * sent, or that its caller may no longer make, is dropped: this process may have been frozen. A lost connection fails every call in flight; no call is sent twice.
 */
final class FastConnection {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final FastOptions options;
    private final String peer;
    private final CompletableFuture<String> whenClosed = new CompletableFuture<>();
    private final CompletableFuture<Void> firstAnswer = new CompletableFuture<>();
    private final AtomicBoolean pinging = new AtomicBoolean();
    private final UniqueKillSwitch cut;
    private final Map<Integer, Call> calls = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();
    private final BoundedSourceQueue<Request> requests;
    private volatile Optional<String> closed = Optional.empty();
    private volatile long lastHeardNanos = System.nanoTime();

    FastConnection(ActorSystem<?> system, FastEndpoints.Endpoint endpoint, FastOptions options) {
        this.system = system;
        this.options = options;
        this.peer = endpoint.toString();
        var stream = Source.<Request>queue(options.maxCalls())
                .viaMat(KillSwitches.single(), Keep.both())
                // Not a filter, which takes a request before the socket is ready for it.
                .mapConcat(request -> startSending(request) ? List.of(request.bytes) : List.of())
                .via(Tcp.get(system)
                        .outgoingConnection(
                                InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port()),
                                Optional.empty(),
                                List.of(),
                                true,
                                Optional.of(CONNECT_TIMEOUT),
                                Optional.empty()))
                .via(FastFrames.decoder(options.maxPayloadBytes()))
                .toMat(Sink.foreach(this::onMessage), Keep.both())
                .run(system);
        this.requests = stream.first().first();
        this.cut = stream.first().second();
        stream.second().whenComplete((done, failure) -> onEnded(failure));
    }

    private void onEnded(@Nullable Throwable failure) {
        String why = peer + ": " + (failure == null ? "the server closed the connection" : failure.getMessage());
        closed = Optional.of(why);
        calls.keySet().forEach(id -> endUnanswered(id, why));
        whenClosed.complete(why);
    }

    /** Completes with the reason when the connection is closed. */
    CompletionStage<String> whenClosed() {
        return whenClosed;
    }

    /** Completes with the first frame from the server. */
    CompletionStage<Void> whenFirstAnswer() {
        return firstAnswer;
    }

    int callsInFlight() {
        return calls.size();
    }

    /** Pings a silent server, and closes the connection if there is no answer. An error answer counts as an answer. */
    void pingIfSilent() {
        boolean silent =
                System.nanoTime() - lastHeardNanos >= options.pingInterval().toNanos();
        if (silent && pinging.compareAndSet(false, true)) {
            call("ping", List.of(ExactJson.MAPPER.createObjectNode()), () -> true)
                    .whenComplete((answer, failure) -> {
                        pinging.set(false);
                        if (failure instanceof FastUnavailable) {
                            cut.abort(FastUnavailable.notSent("no answer to a ping within " + options.callTimeout()));
                        }
                    });
        }
    }

    private boolean isOpen() {
        return closed.isEmpty();
    }

    /** @param maySend asked right before the request is written to the socket */
    CompletionStage<List<JsonNode>> call(String method, List<? extends JsonNode> arguments, BooleanSupplier maySend) {
        // First: arguments that can't be written must not keep a message id.
        byte[] payload = payload(method, arguments);
        Call call = new Call(method, maySend);
        int id = reserve(call);
        if (id < 0) {
            return CompletableFuture.failedFuture(FastUnavailable.notSent(
                    peer + ": " + options.maxCalls() + " calls are in flight already, which is the limit"));
        }
        byte[] request = FastFrame.encode(options.version(), FastStatus.DATA, id, payload);
        call.deadline = Optional.of(system.scheduler()
                .scheduleOnce(options.callTimeout(), () -> expire(id, call), system.executionContext()));
        QueueOfferResult offered = requests.offer(new Request(id, call, ByteString.fromArrayUnsafe(request)));
        if (!offered.isEnqueued()) {
            endUnanswered(id, closed.orElse(peer + ": the send queue of the connection is full"));
        } else if (!isOpen()) {
            // The stream may have ended after the offer, and may have failed its calls before this call was added.
            endUnanswered(id, closed.orElse(peer));
        }
        return call.answer;
    }

    /** Decides last of all whether a request is written to the socket. A request that was dropped is never written. */
    private boolean startSending(Request request) {
        Call call = request.call;
        boolean timeLeft =
                System.nanoTime() - call.startNanos < options.callTimeout().toNanos();
        if (timeLeft && call.maySend.getAsBoolean() && call.markSent()) {
            return true;
        }
        call.drop();
        if (timeLeft) {
            endUnanswered(request.id, peer + ": " + call.method + " was not sent: its caller may no longer make it");
        } else {
            end(request.id, timedOut(request.id, call));
        }
        return false;
    }

    void close() {
        if (!requests.isCompleted()) {
            requests.complete();
        }
    }

    private int reserve(Call call) {
        if (calls.size() >= options.maxCalls()) {
            return -1;
        }
        while (true) {
            int id = lastId.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
            if (calls.putIfAbsent(id, call) == null) {
                return id;
            }
        }
    }

    private static byte[] payload(String method, List<? extends JsonNode> arguments) {
        ObjectNode payload = ExactJson.MAPPER.createObjectNode();
        payload.putObject("m").put("uts", System.currentTimeMillis() * 1000).put("name", method);
        ArrayNode data = payload.putArray("d");
        arguments.forEach(data::add);
        return ExactJson.bytes(payload);
    }

    private void onMessage(FastMessage message) throws FastProtocolException {
        lastHeardNanos = System.nanoTime();
        firstAnswer.complete(null);
        Call call = calls.get(message.messageId());
        if (call == null) {
            throw new FastProtocolException(
                    FastProtocolException.Fault.INVALID_MSGID, "answer to an unknown call: " + message.messageId());
        }
        switch (message.status()) {
            case ERROR -> end(message.messageId(), new FastCallFailed(peer, call.method, message.data()));
            case DATA -> message.data().forEach(call.results::add);
            case END -> {
                message.data().forEach(call.results::add);
                calls.remove(message.messageId());
                call.cancelDeadline();
                call.answer.complete(List.copyOf(call.results));
            }
        }
    }

    private void end(int id, RuntimeException failure) {
        Call call = calls.remove(id);
        if (call != null) {
            call.cancelDeadline();
            call.answer.completeExceptionally(failure);
        }
    }

    private void endUnanswered(int id, String why) {
        Call call = calls.get(id);
        if (call != null) {
            end(id, new FastUnavailable(why, !call.drop()));
        }
    }

    private void expire(int id, Call call) {
        call.answer.completeExceptionally(timedOut(id, call));
    }

    private FastUnavailable timedOut(int id, Call call) {
        return new FastUnavailable(
                peer + ": no answer to " + call.method + " (call " + id + ") within " + options.callTimeout(),
                !call.drop());
    }

    private enum Sending {
        WAITING,
        SENT,
        DROPPED
    }

    /** A call that waits in the send queue. */
    private record Request(int id, Call call, ByteString bytes) {}

    /** A call in flight. Only the stream adds results, so one thread at a time does. */
    private static final class Call {
        private final String method;
        private final BooleanSupplier maySend;
        private final AtomicReference<Sending> sending = new AtomicReference<>(Sending.WAITING);
        private final long startNanos = System.nanoTime();
        private final CompletableFuture<List<JsonNode>> answer = new CompletableFuture<>();
        private final List<JsonNode> results = new ArrayList<>();
        private volatile Optional<Cancellable> deadline = Optional.empty();

        Call(String method, BooleanSupplier maySend) {
            this.method = method;
            this.maySend = maySend;
        }

        /** Returns false if the call was dropped before. */
        boolean markSent() {
            return sending.compareAndSet(Sending.WAITING, Sending.SENT);
        }

        /** Returns false if the call was sent before; otherwise it is never sent. */
        boolean drop() {
            return sending.compareAndSet(Sending.WAITING, Sending.DROPPED) || sending.get() == Sending.DROPPED;
        }

        void cancelDeadline() {
            deadline.ifPresent(Cancellable::cancel);
        }
    }
}
