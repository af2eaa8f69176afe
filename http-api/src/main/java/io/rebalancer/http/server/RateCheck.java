package io.rebalancer.http.server;

import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * Refuses requests of an address that sends more than it may, so that one client can't take a manager from the others. What needs no
 * login is not counted: a load balancer asks for the health of the process.
 */
final class RateCheck implements RequestCheck {
    /** So many seconds' worth may come at once. */
    private static final int BURST_SECONDS = 2;

    private final int perSecond;
    private final Allowances allowances;

    /**
     * @param perSecond requests of an address, above zero
     * @param nanos the time, from any origin
     */
    RateCheck(int perSecond, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.allowances = new Allowances(nanos, (double) perSecond * BURST_SECONDS, perSecond);
    }

    @Override
    public String name() {
        return "rate";
    }

    @Override
    public Optional<HttpResponse> refusal(HttpRequest request) {
        if (RequiredRole.isPublic(request.getUri().path()) || allowances.tryTake(AuditedActions.address(request))) {
            return Optional.empty();
        }
        return Optional.of(
                Problem.of(
                        StatusCodes.TOO_MANY_REQUESTS,
                        "TOO_MANY_REQUESTS",
                        "this address sends more than " + perSecond
                                + " requests a second (http.max-requests-per-second); send fewer, or repeat the request later"));
    }
}
