package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.HttpSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * Refuses requests that a web page of another site sends from a browser, such as the browser of an operator. Browsers
 * name the site of the page; other clients do not send these headers. Needs {@link HostCheck} before it.
 */
final class OriginCheck implements RequestCheck {
    private static final int HTTPS_PORT = 443;
    private static final Set<String> FOREIGN_SITES = Set.of("cross-site", "same-site");

    private final HttpSettings settings;

    OriginCheck(HttpSettings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "origin";
    }

    @Override
    public Optional<HttpResponse> refusal(HttpRequest request) {
        Optional<String> origin = header(request, "Origin");
        if (origin.isPresent() && isListed(origin.get())) {
            return Optional.empty();
        }
        boolean otherPage = origin.isPresent() && !isOwn(origin.get(), request);
        boolean otherSite = header(request, "Sec-Fetch-Site")
                        .filter(site -> FOREIGN_SITES.contains(site.toLowerCase(Locale.ROOT)))
                        .isPresent()
                && !followsLink(request);
        return otherPage || otherSite
                ? Optional.of(Problem.of(
                        StatusCodes.FORBIDDEN,
                        "FOREIGN_ORIGIN",
                        "a web page of another site sent this request; open this address directly, or add the host of the"
                                + " page to allowed-hosts in the settings of this listener"))
                : Optional.empty();
    }

    /**
     * Whether a browser states that a page of this listener, or of a host that is allowed, sent the request. Only for requests
     * that passed this check.
     */
    static boolean isFromOwnPage(HttpRequest request) {
        return header(request, "Sec-Fetch-Site")
                .map("same-origin"::equalsIgnoreCase)
                .orElseGet(() -> header(request, "Origin").isPresent());
    }

    /** Whether a person opens a page without secrets from a link elsewhere, or comes back from a provider of logins. */
    private static boolean followsLink(HttpRequest request) {
        return request.method().equals(HttpMethods.GET)
                && RequiredRole.isPublic(request.getUri().path())
                && header(request, "Sec-Fetch-Mode").filter("navigate"::equals).isPresent()
                && header(request, "Sec-Fetch-Dest").filter("document"::equals).isPresent();
    }

    /** Whether the page comes from the host that it calls. */
    private static boolean isOwn(String origin, HttpRequest request) {
        return parse(origin)
                .map(page -> page.getRawAuthority()
                        .equalsIgnoreCase(header(request, "Host").orElse("")))
                .orElse(false);
    }

    private boolean isListed(String origin) {
        return parse(origin)
                .filter(page -> page.getHost() != null)
                .map(page -> {
                    String host = page.getHost().replaceAll("[\\[\\]]", "");
                    return settings.allowedHosts().stream().anyMatch(each -> each.matches(host, port(page)));
                })
                .orElse(false);
    }

    private static int port(URI page) {
        if (page.getPort() != -1) {
            return page.getPort();
        }
        return "https".equalsIgnoreCase(page.getScheme()) ? HTTPS_PORT : HostCheck.DEFAULT_PORT;
    }

    /** Empty for a page without an address, whose origin is {@code null}. */
    private static Optional<URI> parse(String origin) {
        try {
            return Optional.of(new URI(origin)).filter(page -> page.getRawAuthority() != null);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> header(HttpRequest request, String name) {
        return request.getHeader(name).map(HttpHeader::value);
    }
}
