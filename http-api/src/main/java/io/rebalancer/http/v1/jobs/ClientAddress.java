package io.rebalancer.http.v1.jobs;

import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** The address that a request came from. Behind a proxy it is the proxy's. */
final class ClientAddress {

    private ClientAddress() {}

    /** {@code address:port}, or {@code unknown}. */
    static String of(HttpRequest request) {
        return request.getAttribute(AttributeKeys.remoteAddress)
                .flatMap(address -> address.getAddress().map(each -> each.getHostAddress() + ":" + address.getPort()))
                .orElse("unknown");
    }
}
