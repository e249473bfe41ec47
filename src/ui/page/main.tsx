import { render } from 'preact';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Dead } from './dead.tsx';
import { Health } from './health.tsx';
import { useLoaded, useRoute } from './hooks.ts';
import { List } from './list.tsx';
import type { About } from './model.ts';
import './page.css';
import { Problem } from './parts.tsx';
import { read, watch } from './server.ts';
import { WorkflowPage } from './workflow.tsx';

const NAV = [
  ['', 'Workflows'],
  ['failures', 'Failures'],
  ['dead', 'Dead letters'],
  ['health', 'Health'],
] as const;

function App(): JSX.Element {
  const [first = '', id] = useRoute();
  const [change, setChange] = useState(0);
  const [isUp, setUp] = useState(true);
  useEffect(() => watch(() => setChange((before) => before + 1), setUp), []);
  const { value: about, error } = useLoaded(() => read<About>('about'), [], 0);
  return (
    <>
      <header class="top">
        <a class="brand" href="#/">
          chordal
        </a>
        {about !== undefined && <span class="tag">{about.title}</span>}
        <nav aria-label="Pages">
          {NAV.map(([path, label]) => (
            <a key={path} href={`#/${path}`} aria-current={path === (first === 'w' ? '' : first) ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <span class={isUp ? 'live' : 'live is-down'} role="status">
          {isUp ? 'live' : 'not connected'}
        </span>
        <Theme />
      </header>
      {error !== undefined && <Problem message={error} />}
      {about !== undefined && <Page first={first} id={id} about={about} change={change} />}
    </>
  );
}

function Page({
  first,
  id,
  about,
  change,
}: {
  readonly first: string;
  readonly id: string | undefined;
  readonly about: About;
  readonly change: number;
}): JSX.Element {
  if (first === 'w' && id !== undefined) return <WorkflowPage key={id} id={id} about={about} change={change} />;
  if (first === 'dead') return <Dead about={about} change={change} />;
  if (first === 'health') return <Health change={change} canAct={about.canAct} />;
  return <List key={first} change={change} path={first === 'failures' ? 'failures' : 'workflows'} />;
}

/** Light, dark, or as the machine says. */
function Theme(): JSX.Element {
  const [theme, setTheme] = useState(localStorage.getItem('chordal-theme') ?? 'auto');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem('chordal-theme', theme);
  }, [theme]);
  return (
    <select class="theme" aria-label="Theme" value={theme} onChange={(event) => setTheme(event.currentTarget.value)}>
      <option value="auto">Auto</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}

render(<App />, document.body);
