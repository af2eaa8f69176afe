package io.rebalancer.playground;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Receives spans by OTLP over HTTP, like a real collector. */
final class SpanCollector implements AutoCloseable {
    private static final String PATH = "/v1/traces";

    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();

    /** A span. Ids are hexadecimal; {@code parent} is empty for the root of a trace. */
    record Received(
            String service,
            String name,
            String trace,
            String id,
            String parent,
            long startNanos,
            long endNanos,
            Map<String, String> tags,
            List<String> marks) {}

    SpanCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(PATH, this::receive);
        server.start();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (InputStream body = exchange.getRequestBody()) {
            for (ResourceSpans each : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
                String service = tags(each.getResource().getAttributesList()).getOrDefault("service.name", "");
                each.getScopeSpansList()
                        .forEach(scope -> scope.getSpansList().forEach(span -> received.add(read(service, span))));
            }
        }
        byte[] response = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
        exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, response.length == 0 ? -1 : response.length);
        exchange.close();
    }

    private static Received read(String service, Span span) {
        HexFormat hex = HexFormat.of();
        return new Received(
                service,
                span.getName(),
                hex.formatHex(span.getTraceId().toByteArray()),
                hex.formatHex(span.getSpanId().toByteArray()),
                hex.formatHex(span.getParentSpanId().toByteArray()),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                tags(span.getAttributesList()),
                span.getEventsList().stream().map(Span.Event::getName).toList());
    }

    private static Map<String, String> tags(List<KeyValue> attributes) {
        return attributes.stream().collect(Collectors.toMap(KeyValue::getKey, each -> switch (each.getValue()
                .getValueCase()) {
            case INT_VALUE -> String.valueOf(each.getValue().getIntValue());
            case BOOL_VALUE -> String.valueOf(each.getValue().getBoolValue());
            default -> each.getValue().getStringValue();
        }));
    }

    String url() {
        return "http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort() + PATH;
    }

    /** All spans that have arrived so far. */
    List<Received> received() {
        return received;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
