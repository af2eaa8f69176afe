package io.rebalancer.http.contract;

import static io.rebalancer.http.ApiServer.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract and its page over a real socket; their headers are in the contract. */
class ContractRoutesTest {
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @Test
    void bothFormsAreTheSameDocument() throws Exception {
        HttpResponse<String> yaml = get("/openapi.yaml");
        HttpResponse<String> json = get("/openapi.json");
        assertThat(yaml.headers().firstValue("Content-Type")).contains("application/yaml");
        assertThat(Json.read(json.body())).isEqualTo(new YAMLMapper().readTree(yaml.body()));
    }

    @Test
    void everyLinkOfThePageWorks() throws Exception {
        HttpResponse<String> page = get("/api");
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=UTF-8");
        List<String> links =
                LINK.matcher(page.body()).results().map(link -> link.group(1)).toList();
        assertThat(links).hasSize(5);
        for (String link : links) {
            assertThat(get("/" + link).statusCode()).as(link).isEqualTo(200);
        }
        assertThat(page.body().replaceAll("href=\"[^\"]*\"", "")).doesNotContain("DIGEST");
    }

    /** The policy of the page forbids both. */
    @Test
    void thePageHasNoInlineScriptAndNoInlineStyle() throws Exception {
        String page = get("/api").body();
        assertThat(page).doesNotContainPattern("<script>|<script(?![^>]*src=)|<style|style=|\\son\\w+=");
        String policy =
                get("/api").headers().firstValue("Content-Security-Policy").orElse("");
        assertThat(policy).contains("script-src 'self';", "style-src 'self';", "frame-ancestors 'none'");
        assertThat(policy).doesNotContain("unsafe", "*", "http:", "https:");
    }

    @Test
    void anAddressOfAnotherBuildIsNotServed() throws Exception {
        String digest = ContractPage.read().digest();
        assertThat(get("/api/assets/" + digest + "/page.js").statusCode()).isEqualTo(200);
        assertThat(get("/api/assets/" + digest + "/other.js").statusCode()).isEqualTo(404);
        assertThat(get("/api/assets/0123456789abcdef/page.js").statusCode()).isEqualTo(404);
        assertThat(get("/api/assets/" + digest + "/..%2fpage.js").statusCode()).isEqualTo(404);
    }
}
