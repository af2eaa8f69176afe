package io.rebalancer.http.server;

import java.time.Duration;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Closes a connection whose client does not send the head of a request in time. Pekko closes connections that are silent,
 * but a client that sends a byte now and then could keep a connection for ever.
 */
final class RequestDeadline extends GraphStage<BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse>> {
    private final Inlet<HttpRequest> requestIn = Inlet.create("RequestDeadline.requestIn");
    private final Outlet<HttpRequest> requestOut = Outlet.create("RequestDeadline.requestOut");
    private final Inlet<HttpResponse> responseIn = Inlet.create("RequestDeadline.responseIn");
    private final Outlet<HttpResponse> responseOut = Outlet.create("RequestDeadline.responseOut");
    private final Duration first;
    private final Duration next;

    /**
     * @param first time for the first request of a connection
     * @param next time for each further request, after the response to the one before
     */
    RequestDeadline(Duration first, Duration next) {
        this.first = first;
        this.next = next;
    }

    @Override
    public BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse> shape() {
        return new BidiShape<>(requestIn, requestOut, responseIn, responseOut);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private static final String DEADLINE = "deadline";

        private final AsyncCallback<Done> bodySent = createAsyncCallback(done -> expectRequest());

        private Logic() {
            super(shape());
            setHandler(requestIn, new AbstractInHandler() {
                @Override
                public void onPush() {
                    cancelTimer(DEADLINE);
                    push(requestOut, grab(requestIn));
                }

                @Override
                public void onUpstreamFinish() {
                    cancelTimer(DEADLINE);
                    complete(requestOut);
                }
            });
            setHandler(requestOut, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(requestIn);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    cancel(requestIn, cause);
                }
            });
            setHandler(responseIn, new AbstractInHandler() {
                @Override
                public void onPush() {
                    push(responseOut, watched(grab(responseIn)));
                }
            });
            setHandler(responseOut, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(responseIn);
                }
            });
        }

        @Override
        public void preStart() {
            scheduleOnce(DEADLINE, first);
        }

        @Override
        public void onTimer(Object timer) {
            completeStage();
        }

        private void expectRequest() {
            if (!isClosed(requestIn)) {
                scheduleOnce(DEADLINE, next);
            }
        }

        /** The time for the next request begins when the body has been sent, which may be hours later. */
        private HttpResponse watched(HttpResponse response) {
            if (!response.entity().isChunked()) {
                expectRequest();
                return response;
            }
            return response.transformEntityDataBytes(Flow.of(ByteString.class).watchTermination((mat, done) -> {
                done.whenComplete((ended, failure) -> bodySent.invoke(Done.getInstance()));
                return mat;
            }));
        }
    }
}
