package conformance;

import ca.uhn.fhir.rest.server.RestfulServer;
import java.net.InetSocketAddress;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** HAPI FHIR on the loopback address, at /fhir of the port of the property "port". */
public final class Hapi {
  private Hapi() {}

  public static void main(String[] arguments) throws Exception {
    AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext(Storage.class);
    Server jetty = new Server(new InetSocketAddress("127.0.0.1", Integer.getInteger("port")));
    ServletContextHandler context = new ServletContextHandler();
    context.setContextPath("/");
    context.addServlet(new ServletHolder(spring.getBean(RestfulServer.class)), "/fhir/*");
    jetty.setHandler(context);
    jetty.start();
    jetty.join();
  }
}
