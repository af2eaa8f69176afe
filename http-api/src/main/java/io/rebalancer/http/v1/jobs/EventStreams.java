package io.rebalancer.http.v1.jobs;

import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Sender;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import kamon.Kamon;
import kamon.metric.Counter;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.marshalling.sse.EventStreamMarshalling;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.BackpressureTimeoutException;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What all event streams of a manager share: their number is limited, a stream sends heartbeats and ends soon after the
 * client's token is revoked or expires, and a client that is too slow is dropped.
 *
 * <p>A client is too slow if more than {@value #MAX_MERGED} events wait for it, or if it takes none for 20 seconds while one
 * waits. Its stream then ends with the event {@code dropped}, which states why; the client can reconnect.
 */
public final class EventStreams extends AllDirectives {
    static final Duration UPDATE_INTERVAL = Duration.ofMillis(250);
    /** Events, other than progress, that are merged for a client that does not keep up with its stream. */
    static final long MAX_MERGED = 10_000;

    private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);
    private static final Duration MAX_UNREAD = Duration.ofSeconds(20);

    private final Counter dropped =
            Kamon.counter("rebalancer.http.event-streams-dropped").withoutTags();
    private final EventStreamLimit limit;
    private final Duration heartbeatInterval;
    private final Duration maxUnread;

    /** @param max streams that are served at a time; a further request gets 503 */
    public EventStreams(int max) {
        this(max, HEARTBEAT_INTERVAL, MAX_UNREAD);
    }

    /**
     * @param heartbeatInterval a client that has gone away is found at the next heartbeat at the latest
     * @param maxUnread how long an event may wait for a client that takes none
     */
    EventStreams(int max, Duration heartbeatInterval, Duration maxUnread) {
        this.limit = new EventStreamLimit(max);
        this.heartbeatInterval = heartbeatInterval;
        this.maxUnread = maxUnread;
    }

    /**
     * Reads the id of the client's last event.
     *
     * @param parse empty if the text is no id of an event of the stream
     * @param inner with an empty argument if the client has no event
     */
    <T> Route resuming(Function<String, Optional<T>> parse, Function<Optional<T>, Route> inner) {
        return optionalHeaderValueByName(
                "Last-Event-ID",
                header -> parameterOptional("lastEventId", parameter -> {
                    Optional<String> text = header.isPresent() ? header : parameter;
                    Optional<T> after = text.flatMap(parse);
                    if (text.isPresent() && after.isEmpty()) {
                        return complete(Problem.of(
                                StatusCodes.BAD_REQUEST,
                                "BAD_LAST_EVENT_ID",
                                "Last-Event-ID must be the id of an event of this stream, not " + text.get()));
                    }
                    return limit.isReached()
                            ? complete(Problem.of(StatusCodes.SERVICE_UNAVAILABLE, "TOO_MANY_EVENT_STREAMS", tooMany()))
                            : inner.apply(after);
                }));
    }

    /** @param events the events of one client; they are paced already */
    Route stream(Source<ServerSentEvent, NotUsed> events) {
        return extractRequest(request -> {
            Source<ServerSentEvent, NotUsed> all = limit.counted(
                    endingWithReason(events), Source.single(dropped(new JobFeed.SubscriberDropped(tooMany()))));
            return completeOK(Sender.of(request).whileAccepted(all), EventStreamMarshalling.toEventStream());
        });
    }

    Source<ServerSentEvent, NotUsed> endingWithReason(Source<ServerSentEvent, NotUsed> events) {
        return events.backpressureTimeout(maxUnread)
                .recover(new PFBuilder<Throwable, ServerSentEvent>()
                        .match(JobFeed.SubscriberDropped.class, this::countDropped)
                        .match(
                                BackpressureTimeoutException.class,
                                failure -> countDropped(new JobFeed.SubscriberDropped(unread())))
                        .build())
                .keepAlive(heartbeatInterval, ServerSentEvent::heartbeat);
    }

    private ServerSentEvent countDropped(JobFeed.SubscriberDropped reason) {
        dropped.increment();
        return dropped(reason);
    }

    private String unread() {
        return "the client took no event for " + maxUnread.toSeconds()
                + " s while one waited for it; reconnect with the id of the last event that it got";
    }

    private String tooMany() {
        return "this manager serves " + limit.max() + " event streams, and no further one now (http.max-event-streams);"
                + " repeat the request later, or ask another manager";
    }

    /** Without an id, so that a client reconnects with the id of the last event that it got. */
    private static ServerSentEvent dropped(JobFeed.SubscriberDropped reason) {
        return event("dropped", Optional.empty(), Map.of("detail", String.valueOf(reason.getMessage())));
    }

    static ServerSentEvent event(String type, Optional<String> id, Object view) {
        return ServerSentEvent.create(Json.write(view), Optional.of(type), id, OptionalInt.empty());
    }
}
