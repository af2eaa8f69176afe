package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LoopbackHosts;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.Host;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * Refuses requests for a host that is not this listener's. A web page whose name resolves to this listener's address (DNS
 * rebinding) calls under its own name. To the browser that is no foreign request, so only this check can find it.
 */
final class HostCheck implements RequestCheck {
    static final int DEFAULT_PORT = 80;
    private static final String LOCALHOST = "localhost";

    private final HttpSettings settings;
    private final boolean reachableByOthers;

    HostCheck(HttpSettings settings) {
        this.settings = settings;
        this.reachableByOthers = !LoopbackHosts.isLoopback(settings.host());
    }

    @Override
    public String name() {
        return "host";
    }

    @Override
    public Optional<HttpResponse> refusal(HttpRequest request) {
        Optional<org.apache.pekko.http.javadsl.model.headers.Host> header =
                request.getHeader(org.apache.pekko.http.javadsl.model.headers.Host.class);
        if (header.isEmpty()) {
            // Only HTTP/1.0 has requests without a host, and browsers do not send it.
            return Optional.empty();
        }
        Host host = header.get().host();
        int port = header.get().port() == 0 ? DEFAULT_PORT : header.get().port();
        if (isOwn(host, port) || isListed(host, port)) {
            return Optional.empty();
        }
        return Optional.of(Problem.of(
                StatusCodes.MISDIRECTED_REQUEST,
                "WRONG_HOST",
                "this listener does not serve the host " + host.address() + " at port " + port
                        + "; call it under its own address, or add the host to allowed-hosts in the settings of this"
                        + " listener"));
    }

    private boolean isOwn(Host host, int port) {
        if (port != settings.port()) {
            return false;
        }
        // An address can't be rebound: a page under an address comes from the server at this address.
        boolean address = host.isIPv4() || host.isIPv6();
        return host.address().equalsIgnoreCase(settings.host())
                || host.address().equalsIgnoreCase(LOCALHOST)
                || (address && (reachableByOthers || LoopbackHosts.isLoopback(host.address())));
    }

    private boolean isListed(Host host, int port) {
        return settings.allowedHosts().stream().anyMatch(each -> each.matches(host.address(), port));
    }
}
