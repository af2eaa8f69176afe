package io.rebalancer.http.server;

import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.port.AuditTrail;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directives for routes whose requests are actions of operators. Such a route gets its {@link Operator}, who orders each action
 * through the audit log.
 */
public final class AuditedActions {
    /** Actions of a process that are recorded or carried out at a time. */
    static final int MAX_AT_A_TIME = 200;

    private static final AttributeKey<AtomicBoolean> RECORDED =
            AttributeKey.create("rebalancer-audit-recorded", AtomicBoolean.class);
    private static final Logger LOGGER = LoggerFactory.getLogger(AuditedActions.class);

    private final AuditTrail trail;
    private final Semaphore slots = new Semaphore(MAX_AT_A_TIME);

    public AuditedActions(AuditTrail trail) {
        this.trail = trail;
        Consumer<Gauge> inProgress = gauge -> gauge.update(MAX_AT_A_TIME - slots.availablePermits());
        Kamon.gauge("rebalancer.audit.actions").withoutTags().autoUpdate(inProgress);
    }

    /** Passes the sender of the request to {@code inner}. */
    public Route as(Function<Operator, Route> inner) {
        return Directives.extractRequest(request -> inner.apply(new Operator(
                trail,
                slots,
                sender(request, Sender.of(request).user()),
                request.getAttribute(RECORDED).orElseGet(AtomicBoolean::new))));
    }

    /** The address of the connection. */
    public static Optional<InetAddress> address(HttpRequest request) {
        return request.getAttribute(AttributeKeys.remoteAddress).flatMap(address -> address.getAddress());
    }

    /**
     * The address of the connection, because each client can choose the headers of proxies.
     *
     * @param user the name of the token; may be empty
     */
    public static AuditActor sender(HttpRequest request, String user) {
        return AuditActor.http(address(request).map(InetAddress::getHostAddress).orElse("unknown address"), user);
    }

    /**
     * Replaces the response to a request with a changing method that succeeded and was not recorded. Only a route that does
     * not use its {@link Operator} gets there: that is a bug, which each test of the route finds.
     */
    public Route guard(Route routes) {
        return Directives.extractRequest(request -> request.method().isSafe() ? routes : guarded(request, routes));
    }

    private static Route guarded(HttpRequest request, Route routes) {
        AtomicBoolean recorded = new AtomicBoolean();
        return Directives.mapRequest(
                each -> each.addAttribute(RECORDED, recorded),
                () -> Directives.mapResponse(
                        response -> response.status().isFailure() || recorded.get() ? response : unrecorded(request),
                        () -> routes));
    }

    private static HttpResponse unrecorded(HttpRequest request) {
        LOGGER.error(
                "{} {} was carried out without an entry in the audit log: its route does not use AuditedActions",
                request.method().name(),
                request.getUri().path());
        return Problem.of(
                StatusCodes.INTERNAL_SERVER_ERROR,
                "ACTION_NOT_RECORDED",
                "the action was carried out, but this build does not record it in the audit log; report this as a bug");
    }
}
