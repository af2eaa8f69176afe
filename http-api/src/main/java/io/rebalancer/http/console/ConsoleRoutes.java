package io.rebalancer.http.console;

import io.rebalancer.http.page.PageFiles;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The web console. It is one page for all of its addresses; what it shows comes from API v1.
 *
 * <pre>
 *   GET /                              the overview
 *   GET /console/PAGE[/ITEM]           a page of the console, such as /console/jobs
 *   GET /console/assets/DIGEST/FILE    what the page loads
 * </pre>
 */
public final class ConsoleRoutes extends AllDirectives {
    /** The style sheet of the base has images in it. Text becomes part of the page by lit-html only. */
    private static final HttpHeader POLICY = RawHeader.create(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types lit-html");

    /** Read at the first request, so that they do not delay the start of a manager. */
    private static final class Loaded {
        private static final PageFiles FILES = ConsoleFiles.read();
    }

    public Route routes() {
        return concat(
                path(
                        PathMatchers.separateOnSlashes("console/assets")
                                .slash(PathMatchers.segment())
                                .slash(PathMatchers.remaining()),
                        (build, file) -> get(() -> extractRequest(request -> Loaded.FILES
                                .file(request, build, file)
                                .map(found -> complete(found.addHeader(POLICY)))
                                .orElseGet(this::reject)))),
                path("console", this::page),
                path(PathMatchers.segment("console").slash(PathMatchers.segment()), page -> page()),
                path(
                        PathMatchers.segment("console")
                                .slash(PathMatchers.segment())
                                .slash(PathMatchers.segment()),
                        (page, item) -> page.equals("assets") ? reject() : page()),
                pathSingleSlash(this::page));
    }

    private Route page() {
        return get(() ->
                extractRequest(request -> complete(Loaded.FILES.page(request).addHeader(POLICY))));
    }
}
