package io.rebalancer.agent.node;

import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.order.OrderRefused;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.core.text.StableWord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import kamon.Kamon;
import kamon.metric.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs the messages that an agent refuses because no manager signed them. Of each cause there is one log line in a
 * minute, so that a member that repeats itself does not fill the disk. Thread-safe.
 */
final class RefusedOrders {
    private static final Logger LOGGER = LoggerFactory.getLogger(RefusedOrders.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final Clock clock;
    private final Map<OrderRefused.Cause, Quiet> quiet = new EnumMap<>(OrderRefused.Cause.class);

    /** @param refused messages without a line since {@code since} */
    private record Quiet(Instant since, int refused) {}

    RefusedOrders(Clock clock) {
        this.clock = clock;
        // From 0 on: a counter that begins with its first event shows no increase.
        for (OrderRefused.Cause cause : OrderRefused.Cause.values()) {
            counter(cause);
        }
    }

    private static Counter counter(OrderRefused.Cause cause) {
        return Kamon.counter("rebalancer.orders.refused").withTag("cause", StableWord.of(cause));
    }

    synchronized void record(AgentMessage message, OrderRefused cause) {
        counter(cause.reason()).increment();
        Instant now = clock.instant();
        Quiet last = quiet.get(cause.reason());
        if (last != null && Duration.between(last.since(), now).abs().compareTo(LOG_INTERVAL) < 0) {
            quiet.put(cause.reason(), new Quiet(last.since(), last.refused() + 1));
            return;
        }
        quiet.put(cause.reason(), new Quiet(now, 0));
        LOGGER.warn(
                "{} refused: {}{}",
                described(message),
                OneLine.of(cause),
                last == null || last.refused() == 0
                        ? ""
                        : " (" + last.refused() + " more were refused for this cause since " + last.since() + ")");
    }

    private static String described(AgentMessage message) {
        String kind = message.getClass().getSimpleName();
        if (message instanceof AgentMessage.Order order) {
            return "job=" + order.token().jobId() + " " + kind + " of " + order.about();
        }
        return OrderGuard.replyTo(message)
                .map(sender -> kind + " of " + sender.path().address())
                .orElse(kind);
    }
}
