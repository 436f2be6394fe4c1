/** What somebody sees for a moment who was let in by an address: it leads on without what the address holds. */
export function EnteredPage({ icon }: { icon: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="refresh" content="0; url=/" />
        <link rel="icon" href={icon} />
        <title>integratord</title>
      </head>
      <body>
        <p>
          <a href="/">Open the console</a>
        </p>
      </body>
    </html>
  );
}
