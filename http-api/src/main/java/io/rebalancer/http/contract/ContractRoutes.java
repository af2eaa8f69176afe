package io.rebalancer.http.contract;

import io.rebalancer.http.page.PageFiles;
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
    /** Swagger UI has images in its style sheet. */
    private static final HttpHeader POLICY = RawHeader.create(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");

    /** Read at the first request, so that they do not delay the start of a manager. */
    private static final class Loaded {
        private static final ApiContract CONTRACT = ApiContract.read();
        private static final PageFiles PAGE = ContractPage.read();
    }

    public Route routes() {
        return concat(
                path("openapi.yaml", () -> get(() -> document(YAML, Loaded.CONTRACT.yaml()))),
                path("openapi.json", () -> get(() -> document(ContentTypes.APPLICATION_JSON, Loaded.CONTRACT.json()))),
                path(
                        "api",
                        () -> get(() -> extractRequest(
                                request -> complete(Loaded.PAGE.page(request).addHeader(POLICY))))),
                path(
                        PathMatchers.separateOnSlashes("api/assets")
                                .slash(PathMatchers.segment())
                                .slash(PathMatchers.segment()),
                        (digest, file) -> get(() -> extractRequest(request -> Loaded.PAGE
                                .file(request, digest, file)
                                .map(found -> complete(found.addHeader(POLICY)))
                                .orElseGet(this::reject)))));
    }

    private Route document(ContentType type, ByteString content) {
        return complete(HttpResponse.create()
                .addHeader(POLICY)
                .addHeader(NO_CACHE)
                .withEntity(HttpEntities.create(type, content)));
    }
}
