package io.rebalancer.http.openid;

import io.rebalancer.cluster.settings.OpenIdSettings;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** The pages at the end of a login. */
final class LoginPage {

    private LoginPage() {}

    /**
     * Opens a path of this listener. A redirection would still belong to the provider's navigation, with which a browser does not
     * send a strict cookie; a page of this listener begins another one.
     */
    static HttpResponse goOn(String path) {
        return page(
                StatusCodes.OK,
                "Signed in",
                "<meta http-equiv=\"refresh\" content=\"0;url=" + escaped(path) + "\">",
                "<p>You are signed in. <a href=\"" + escaped(path) + "\">Continue</a></p>");
    }

    /** @param code the stable code of the problem */
    static HttpResponse failed(StatusCode status, String code, String detail) {
        return page(
                status,
                "Not signed in",
                "",
                "<p>" + escaped(detail) + "</p><p>Code: " + escaped(code) + "</p><p><a href=\""
                        + OpenIdSettings.LOGIN_PATH + "\">Sign in again</a></p>");
    }

    private static HttpResponse page(StatusCode status, String title, String head, String body) {
        String html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title
                + " - rebalancer</title><meta name=\"viewport\" content=\"width=device-width\">" + head
                + "</head><body><h1>" + title + "</h1>" + body + "</body></html>";
        return HttpResponse.create()
                .withStatus(status)
                .addHeader(RawHeader.create("Cache-Control", "no-store"))
                .withEntity(HttpEntities.create(ContentTypes.TEXT_HTML_UTF8, html));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
