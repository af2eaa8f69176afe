package io.rebalancer.http.contract;

import io.rebalancer.http.page.PageFiles;
import io.rebalancer.http.page.WebJar;
import java.util.Map;

/** The page that shows the contract: Swagger UI with its own start script. */
final class ContractPage {
    private static final String OWN = "io/rebalancer/http/contract/";

    private ContractPage() {}

    /** The page of this build. */
    static PageFiles read() {
        WebJar swagger = new WebJar("org.webjars", "swagger-ui");
        return PageFiles.read(
                OWN + "page.html",
                Map.of(
                        "swagger-ui-bundle.js", swagger.path("swagger-ui-bundle.js"),
                        "swagger-ui.css", swagger.path("swagger-ui.css"),
                        "favicon-32x32.png", swagger.path("favicon-32x32.png"),
                        "page.js", OWN + "page.js"));
    }
}
