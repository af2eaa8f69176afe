package io.rebalancer.http.contract;

import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.util.ByteString;

/**
 * The contract of the manager's API.
 *
 * <pre>
 *   GET /openapi.yaml              the contract as it is written
 *   GET /openapi.json              the same as JSON
 *   GET /api                       a page that shows it
 *   GET /api/assets/DIGEST/FILE    what the page loads
 * </pre>
 */
public final class ContractRoutes extends AllDirectives {
    private static final ContentType YAML =
            ContentTypes.create(MediaTypes.applicationWithFixedCharset("yaml", HttpCharsets.UTF_8));
    private static final HttpHeader NO_CACHE = RawHeader.create("Cache-Control", "no-cache");
    /** For addresses whose content never changes. */
    private static final HttpHeader IMMUTABLE =
            RawHeader.create("Cache-Control", "public, max-age=31536000, immutable");
    /** Swagger UI has images in its style sheet. */
    private static final HttpHeader POLICY = RawHeader.create(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");

    /** Read at the first request, so that they do not delay the start of a manager. */
    private static final class Loaded {
        private static final ApiContract CONTRACT = ApiContract.read();
        private static final PageFiles PAGE = PageFiles.read();
    }

    public Route routes() {
        return concat(
                path("openapi.yaml", () -> get(() -> document(YAML, Loaded.CONTRACT.yaml()))),
                path("openapi.json", () -> get(() -> document(ContentTypes.APPLICATION_JSON, Loaded.CONTRACT.json()))),
                path("api", () -> get(() -> document(ContentTypes.TEXT_HTML_UTF8, Loaded.PAGE.html()))),
                path(
                        PathMatchers.separateOnSlashes("api/assets")
                                .slash(PathMatchers.segment())
                                .slash(PathMatchers.segment()),
                        (digest, file) -> get(() -> Loaded.PAGE
                                .find(digest, file)
                                .map(found -> complete(response(IMMUTABLE, found.type(), found.content())))
                                .orElseGet(this::reject))));
    }

    private Route document(ContentType type, ByteString content) {
        return complete(response(NO_CACHE, type, content));
    }

    private static HttpResponse response(HttpHeader caching, ContentType type, ByteString content) {
        return HttpResponse.create()
                .addHeader(POLICY)
                .addHeader(caching)
                .withEntity(HttpEntities.create(type, content));
    }
}
