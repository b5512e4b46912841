import { ProfileDocument } from '@gatehouse/client';
import React, { useEffect, useState } from 'react';
import { gatehouse, pageOf } from './gatehouse.js';
import { SignIn } from './sign-in.jsx';

export function App() {
  const [signedIn, setSignedIn] = useState(null);
  useEffect(() => {
    gatehouse.isSignedIn().then(setSignedIn);
    return gatehouse.onChange((state) => setSignedIn(state.signedIn));
  }, []);
  if (signedIn === null) return null;
  return <main>{signedIn ? <Account /> : <SignIn />}</main>;
}

/** Of a session that was ended on the pages the client tells at the first request, and the sign-in is shown. */
function Account() {
  const [profile, setProfile] = useState(null);
  useEffect(() => {
    const look = () => gatehouse.request(ProfileDocument).then((answer) => setProfile(answer.profile), () => undefined);
    look();
    window.addEventListener('focus', look); // back from the pages in another tab
    return () => window.removeEventListener('focus', look);
  }, []);
  if (profile === null) return null;
  return (
    <>
      <h1>Hello {profile.name ?? profile.username}</h1>
      <nav aria-label="Your account">
        <a href={pageOf('/profile')}>Profile</a>
        <a href={pageOf('/security')}>Security</a>
        <a href={pageOf('/events')}>What happened</a>
        <a href={pageOf('/delete')}>Leave</a>
      </nav>
      <p>
        <button type="button" onClick={() => gatehouse.logout().catch(() => gatehouse.forget())}>
          Sign out
        </button>
      </p>
    </>
  );
}
