package io.rebalancer.http.contract;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.rebalancer.http.page.Resources;
import io.rebalancer.http.server.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.util.ByteString;

/**
 * The contract of the manager's HTTP API: an OpenAPI document, written by hand.
 *
 * @param yaml the document as it is written
 * @param json the same document as JSON
 */
record ApiContract(ByteString yaml, ByteString json) {
    private static final String DOCUMENT = "io/rebalancer/http/openapi.yaml";

    /** The contract of this build. */
    static ApiContract read() {
        byte[] yaml = Resources.bytes(DOCUMENT);
        try {
            String json = Json.write(new YAMLMapper().readTree(yaml));
            return new ApiContract(ByteString.fromArray(yaml), ByteString.fromString(json, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(DOCUMENT + " of this build is not YAML", e);
        }
    }
}
