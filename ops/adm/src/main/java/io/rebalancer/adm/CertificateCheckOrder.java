package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;

/** A check of a certificate: asked for until it has ended, and printed. */
final class CertificateCheckOrder {
    private final ManagerApiClient manager;
    private final String path;
    private final AdmContext context;

    CertificateCheckOrder(ManagerApiClient manager, String node, boolean all, AdmContext context) {
        this.context = context;
        this.manager = manager;
        this.path = "/api/v1/storage-nodes/" + ManagerApiClient.segment(node) + "/certificate/check?scope="
                + (all ? "all_rows" : "new_rows");
    }

    /** The result, or the check as it is after {@code limit}. The manager waits too before it answers. */
    JsonNode await(Duration limit) throws CommandFailed, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        JsonNode check = ManagerApiClient.json(manager.get(path));
        while (check.path("verdict").asText().equals("running") && System.nanoTime() < end) {
            Thread.sleep(context.pollInterval().toMillis());
            check = ManagerApiClient.json(manager.get(path));
        }
        return check;
    }

    /** Prints a check. */
    static void print(PrintWriter out, JsonNode check) {
        String verdict = check.path("verdict").asText();
        out.println(label(verdict) + ": " + check.path("storageNode").asText() + ": "
                + check.path("detail").asText());
        out.println("job " + check.path("jobId").asText() + ", verified at "
                + check.path("verifiedAt").asText() + "; " + check.path("scope").asText() + " read until "
                + check.path("at").asText());
        for (JsonNode shard : check.path("shards")) {
            out.println("  shard " + shard.path("shard").asText() + ": "
                    + shard.path("rowsRead").asText()
                    + " rows read, " + shard.path("rowsOfNode").asText() + " of the node"
                    + (shard.has("fault") ? "; " + shard.path("fault").asText() : ""));
            shard.path("sample").forEach(key -> out.println("    " + key.asText()));
        }
    }

    /** A check without a result may have one later. */
    static ExitCode exitCode(JsonNode check) {
        return switch (check.path("verdict").asText()) {
            case "pass" -> ExitCode.DONE;
            case "refused" -> ExitCode.FAILURE;
            default -> ExitCode.BLOCKED;
        };
    }

    private static String label(String verdict) {
        return switch (verdict) {
            case "pass" -> "PASS";
            case "refused" -> "REFUSED";
            case "running" -> "STILL RUNNING";
            default -> "NOT KNOWN";
        };
    }
}
